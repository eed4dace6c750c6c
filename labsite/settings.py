"""Settings of one installation, all from the environment; README.md lists the variables."""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from labsite import environment
from labsite.operations.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.read_flag("DEBUG", default=False)
SECRET_KEY = environment.read_secret_key(DEBUG)
# Plain http is for one's own machine: cookies and redirects insist on TLS unless HTTPS=off.
HTTPS = environment.read_flag("HTTPS", default=not DEBUG)
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = environment.read_hosts(DEBUG, LOCAL_HOSTS)
DATA_DIR = Path(environment.read_text("LABSITE_DATA_DIR") or BASE_DIR / "data").resolve()
environment.refuse_exposed(
    served={"the code's static files": BASE_DIR / "labsite" / "static"}, private={"LABSITE_DATA_DIR": DATA_DIR}
)
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
    "labsite.signing_in.apps.SigningInConfig",
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
    "labsite.operations.request_ids.RequestIdMiddleware",
    "labsite.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "labsite.middleware.MethodMiddleware",
    "labsite.middleware.RequestSizeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "labsite.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "labsite.middleware.LanguageMiddleware",
    "labsite.headers.RepeatingConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "labsite.bounds.uploads.UploadAllowanceMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "labsite.bounds.rows.RowsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "labsite.signing_in.middleware.StaffSecondFactorMiddleware",
    "labsite.bounds.work.WorkMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "labsite.middleware.OldAddressMiddleware",
    "labsite.busy.BusyMiddleware",
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
            "builtins": ["labsite.templatetags.kept", "labsite.templatetags.labsite"],
            "libraries": {"i18n": "labsite.templatetags.kept"},
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
    # `i18n` is Django's library with tags of ours, on purpose (labsite.templatetags.kept).
    "templates.W003",
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "labsite.signing_in.passwords.GuessablePasswordValidator"},
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
STATICFILES_DIRS = [BASE_DIR / "labsite" / "static", ("guides", BASE_DIR / "docs" / "guides" / "pictures")]
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

# Where `manage.py backup` puts archives, which of them it keeps, and the file whose content they are encrypted with.
BACKUP_DIR = Path(environment.read_text("BACKUP_DIR") or DATA_DIR / "backups").resolve()
BACKUP_KEEP = environment.read_keep("last:3,daily:7,weekly:5,monthly:12")
BACKUP_SECRET_FILE = environment.read_secret_file("BACKUP_SECRET_FILE")

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if environment.read_flag("BEHIND_PROXY", default=False) else None
)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
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

# What strangers may have done, in seconds of a thread's work a minute; 0 is no bound (docs/security.md).
WORK_OF_A_NETWORK = environment.read_number("WORK_OF_A_NETWORK", default=20, most=100_000)
WORK_OF_STRANGERS = environment.read_number(
    "WORK_OF_STRANGERS", default=60 * environment.number_of_cores(), most=1_000_000
)
QUERY_SECONDS = environment.read_number("QUERY_SECONDS", default=10, most=3_600)

# Running it: docs/operations.md.
LOGGING = logging_settings(
    environment.read_choice("LOG_FORMAT", ["plain", "json"]),
    access=(ACCESS_LOG := environment.read_flag("ACCESS_LOG", default=False)),
)
METRICS = environment.read_flag("METRICS", default=False)
OPERATIONS_TOKEN = environment.read_token("OPERATIONS_TOKEN")
DISK_RESERVE = environment.read_number("DISK_RESERVE_MB", default=200, most=1_000_000) * 2**20  # bytes
SENTRY_DSN = environment.read_sentry_dsn()
CSRF_FAILURE_VIEW = "labsite.error_views.csrf_failure"
for what, folder in (("static files", STATIC_ROOT), ("uploads", MEDIA_ROOT)):
    environment.refuse_exposed(
        served={what: folder},
        private={"BACKUP_DIR": BACKUP_DIR, "DATABASE_URL": environment.database_folder(DATABASES["default"])},
    )
environment.refuse_exposed(served={"static files": STATIC_ROOT}, private={"The folder of uploads": MEDIA_ROOT})

# Signing in (docs/signing-in.md)
# The visitor's address is what the web server in front says; without one nobody is believed.
BEHIND_PROXY = environment.read_flag("BEHIND_PROXY", default=False)
SESSION_ENGINE = "labsite.signing_in.sessions"
SESSION_LENGTH = timedelta(days=environment.read_number("SESSION_DAYS", default=14, most=365, least=1))
SESSION_IDLE = timedelta(hours=environment.read_number("SESSION_IDLE_HOURS", default=72, most=8_760, least=1))
SESSION_COOKIE_AGE = int(SESSION_LENGTH.total_seconds())
STAFF_SECOND_FACTOR = environment.read_choice("STAFF_SECOND_FACTOR", ["optional", "required"])
SECRET_KEY_FALLBACKS = environment.read_list("SECRET_KEY_FALLBACKS")  # former keys: they open what they sealed
SIGN_IN_LOG_DAYS = environment.read_number("SIGN_IN_LOG_DAYS", default=180, most=3_650)
PASSWORD_RESET_TIMEOUT = 3600  # seconds that a link for a new password works
OIDC = environment.read_oidc()
MAIL = environment.read_mail()
MAIL_IS_CONFIGURED = MAIL is not None
EMAIL_BACKEND = (MAIL or {"backend": "django.core.mail.backends.console.EmailBackend"})["backend"]
EMAIL_HOST, EMAIL_PORT = (MAIL or {}).get("host", ""), (MAIL or {}).get("port", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (MAIL or {}).get("user", ""), (MAIL or {}).get("password", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = (MAIL or {}).get("starttls", False), (MAIL or {}).get("tls", False)
EMAIL_TIMEOUT = 15
