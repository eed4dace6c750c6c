"""Settings of one installation, all from the environment; README.md lists the variables."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from labsite import environment

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.read_flag("DEBUG", default=False)
SECRET_KEY = environment.read_secret_key(DEBUG)
# Plain http is for one's own machine: cookies and redirects insist on TLS unless HTTPS=off.
HTTPS = environment.read_flag("HTTPS", default=not DEBUG)
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = environment.read_hosts(DEBUG, LOCAL_HOSTS)
DATA_DIR = Path(environment.read_text("LABSITE_DATA_DIR") or BASE_DIR / "data").resolve()
environment.check_data_folder(DATA_DIR, [BASE_DIR / "labsite" / "static"])
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"LABSITE_DATA_DIR is '{DATA_DIR}', which cannot be made ({error.strerror}): name a folder that can be written."
    ) from error

INSTALLED_APPS = [
    "labsite.apps.LabsiteConfig",
    "people.apps.PeopleConfig",
    "publications.apps.PublicationsConfig",
    "activities.apps.ActivitiesConfig",
    "simple_history",
    "django_htmx",
    "django_filters",
    "import_export",
    "labsite.apps.LabsiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "labsite.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "labsite.middleware.MethodMiddleware",
    "labsite.middleware.UploadLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "labsite.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "labsite.middleware.LanguageMiddleware",
    "labsite.headers.RepeatingConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "labsite.middleware.OldAddressMiddleware",
]

ROOT_URLCONF = "labsite.urls"
WSGI_APPLICATION = "labsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "labsite.context.lab",
            ],
            "builtins": ["labsite.templatetags.labsite"],
        },
    },
]

DATABASES = environment.read_databases(DATA_DIR)
CACHES = {"default": environment.read_cache()}
# Bytes of whole pages that each process keeps; 0 keeps none. Whoever works on templates wants to see them change.
PAGE_CACHE_SIZE = environment.read_number("PAGE_CACHE_MB", default=0 if DEBUG else 64, most=65_536) * 2**20
# The database that pages are read from says when a page is outdated: a replica may lag behind.
PAGE_CACHE_DATABASE = "default"
if "replica" in DATABASES:
    DATABASE_ROUTERS = ["labsite.replicas.ReplicaRouter"]
    MIDDLEWARE.insert(0, "labsite.replicas.ReplicaMiddleware")
    PAGE_CACHE_DATABASE = "replica"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    # Author positions are unique through a deferrable constraint, which SQLite lacks: forms and importers check too.
    "models.W038",
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SITE_URL = environment.read_site_url()
# Named to harvesters and wherever a machine is told whom to write to.
DEFAULT_FROM_EMAIL = environment.read_text("CONTACT_EMAIL", "webmaster@localhost")
# Off, this site asks no other: identifiers are not looked up, works not synced and links not checked.
ONLINE_SOURCES = environment.read_flag("ONLINE_SOURCES", default=True)
OPENALEX_KEY = environment.read_text("OPENALEX_KEY")
# Large imports run in a process of their own; `inline` suits hosts that forbid that, and tests.
IMPORT_WORKER = environment.read_choice("IMPORT_WORKER", ["process", "inline"])

LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_CODE = environment.read_choice("SITE_LANGUAGE", [code for code, name in LANGUAGES])
LOCALE_PATHS = [BASE_DIR / "labsite" / "locale"]
TIME_ZONE = environment.read_time_zone()
USE_I18N = True
USE_TZ = True

LOGIN_URL = "members:login"
LOGIN_REDIRECT_URL = "members:overview"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "labsite" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": environment.read_media_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "labsite.style_sheets.BundledStaticFilesStorage"
    },
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if environment.read_flag("BEHIND_PROXY", default=False) else None
)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script reads them: forms hold the token
# A browser takes a cookie of this name from this host alone, over TLS alone (RFC 6265bis, 4.1.3.2).
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a message is for who is signed in
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a paper with hundreds of authors is one admin form
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # bytes that are pasted into a form
LARGEST_UPLOAD = 101 * 2**20  # bytes of a request; the largest file is 100 MB

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
