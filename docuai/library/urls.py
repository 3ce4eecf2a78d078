"""Routes of the library."""

from django.urls import path

from docuai.library.views import editor, files, shelf, steering, versions

urlpatterns = [
    path("templates/", shelf.shelf, name="templates"),
    path("templates/new/", shelf.new, name="template-new"),
    path("templates/new/starter/<slug:starter>/", shelf.from_starter, name="template-from-starter"),
    path("templates/new/starter/<slug:starter>/picture/", files.starter_picture, name="template-starter-picture"),
    path("templates/deleted/<uuid:template>/", steering.undelete, name="template-undelete"),
    path("templates/<slug:template>/", editor.editor, name="template"),
    path("templates/<slug:template>/upload/", steering.upload, name="template-upload"),
    path("templates/<slug:template>/describe/", steering.describe, name="template-describe"),
    path("templates/<slug:template>/duplicate/", steering.duplicate, name="template-duplicate"),
    path("templates/<slug:template>/delete/", steering.delete, name="template-delete"),
    path("templates/<slug:template>/thumbnail/", files.thumbnail, name="template-thumbnail"),
    path("templates/<slug:template>/versions/", versions.version_list, name="template-versions"),
    path("templates/<slug:template>/compare/", versions.compare, name="template-compare"),
    path("templates/<slug:template>/versions/<int:number>/steer/", steering.steer, name="template-steer"),
    path("templates/<slug:template>/versions/<int:number>/picture/", files.picture, name="template-picture"),
    path("templates/<slug:template>/versions/<int:number>/sample/", files.sample_document, name="template-sample"),
    path(
        "templates/<slug:template>/versions/<int:number>/source/<slug:language>/", files.source, name="template-source"
    ),
]
