"""Every operation of the description, called with values that it allows, by the keys of two tenants (schemathesis).

No answer is our fault, every answer is one that the description names, in the shape that it gives, and nobody gets what
is another's. Calls run in this process, each in a savepoint that is rolled back: they may delete what they like.
"""

import functools
import warnings

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounds
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from platform_core.kits.tenancy.scope import unscoped
from portfolio.wsgi import application
from tests.security.cast import make_cast

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
WITHOUT = {"/api/v1/orgs/{slug}/docuai/templates/{template}/versions/{version_id}/preview/"}  # seconds a document
FEW = bounds(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/offset+octet-stream")
def as_part(_context, value):
    """A part of an upload is bytes."""
    return str(value).encode()


class TakenBackError(Exception):
    """Ends the savepoint of a call."""


@pytest.fixture
def cast(db, settings):
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "1000000/hour")
    for signal in (request_started, request_finished):  # as the test client does: the transaction is the test's
        signal.disconnect(close_old_connections)
    with unscoped():
        cache.clear()
        yield make_cast()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@functools.cache
def operations():
    found = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    return [each.ok() for each in found.get_all_operations() if each.ok().path not in WITHOUT]


def answers(operation, cast, secret, *, examples, made_up):
    """Calls of an operation with this key. The path names andina's objects; with ``made_up``, every other time ids of none."""
    found = []

    @seed(20261124)
    @bounds(FEW, max_examples=examples)
    @given(case=operation.as_strategy())
    def call(case):
        known = {"slug"} if made_up and len(found) % 2 else set(cast.values)
        case.path_parameters.update({name: str(cast.values[name]) for name in known & set(case.path_parameters)})
        savepoint = transaction.atomic()
        savepoint._from_testcase = True  # services that must be outermost take it for the test's own
        with pytest.raises(TakenBackError), savepoint:
            found.append((case, case.call(headers={"Authorization": f"Bearer {secret}"})))
            raise TakenBackError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call()
    return found


def test_no_answer_is_our_fault_and_every_answer_is_as_described(cast):
    faults = []
    for operation in operations():
        for case, answer in answers(operation, cast, cast.key, examples=4, made_up=True):
            try:
                case.validate_response(answer, checks=CHECKS)
            except (Failure, BaseExceptionGroup) as fault:
                faults.append(f"{operation.method.upper()} {operation.path} {answer.status_code}: {fault}")
                break
    assert faults == []


def test_the_key_of_one_tenant_gets_nothing_of_the_other(cast):
    reached = []
    for operation in operations():
        if "{slug}" not in operation.path:
            continue
        for _case, answer in answers(operation, cast, cast.other_key, examples=2, made_up=False):
            if answer.status_code != 404:
                reached.append((operation.method, operation.path, answer.status_code, answer.text[:200]))
    assert reached == []
