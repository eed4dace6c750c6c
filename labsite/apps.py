from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class LabsiteConfig(AppConfig):
    name = "labsite"
    verbose_name = "Site"


class LabsiteAdminConfig(AdminConfig):
    default_site = "labsite.admin_site.LabsiteAdminSite"
