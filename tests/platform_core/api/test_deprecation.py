"""What will go says so: headers on every answer, a mark in the description, half a year of notice."""

from datetime import date

import pytest
from django.test import RequestFactory
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from platform_core.access.rest import Authenticated
from platform_core.kits.api.deprecation import deprecated


class Sample(Authenticated):
    """A view that is on its way out; no route leads to it."""

    @extend_schema(operation_id="sample", responses={204: None})
    @deprecated(since=date(2027, 1, 15), sunset=date(2027, 7, 15), link="/api/docs/#sample")
    def get(self, request):
        """Sample."""
        return Response(status=204)

    @extend_schema(operation_id="sample_stays", request=None, responses={204: None})
    def post(self, request):
        """Stay."""
        return Response(status=204)


def test_a_deprecated_operation_says_since_when_until_when_and_where_to_read_even_when_it_refuses():
    answer = Sample.as_view()(RequestFactory().get("/api/v1/sample/"))

    assert answer.status_code == 401
    assert answer["Deprecation"] == "@1799971200"  # 2027-01-15T00:00:00Z
    assert answer["Sunset"] == "Thu, 15 Jul 2027 00:00:00 GMT"
    assert answer["Link"] == '</api/docs/#sample>; rel="deprecation"'


def test_the_methods_beside_it_say_nothing():
    answer = Sample.as_view()(RequestFactory().post("/api/v1/sample/"))

    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers)


def test_the_description_marks_it():
    found = SchemaGenerator(patterns=[path("api/v1/sample/", Sample.as_view())]).get_schema(request=None, public=True)

    (operations,) = found["paths"].values()
    assert (operations["get"]["deprecated"], operations["get"]["x-sunset"]) == (True, "2027-07-15")
    assert "deprecated" not in operations["post"]


def test_less_than_half_a_year_of_notice_does_not_load():
    with pytest.raises(ValueError, match="less than 180 days"):
        deprecated(since=date(2027, 1, 15), sunset=date(2027, 2, 15), link="/")
