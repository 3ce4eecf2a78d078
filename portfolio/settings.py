"""Settings: one file, everything that differs between machines comes from the environment (see ``.env.example``)."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from platform_core.kits.api import openapi
from platform_core.kits.observability.logs import logging_config
from platform_core.kits.web import engine
from portfolio import environment as env
from portfolio import transit

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.text("ENVIRONMENT", "development")
if ENVIRONMENT not in ("development", "production", "test"):
    raise ImproperlyConfigured("ENVIRONMENT must be development, production or test.")
PRODUCTION = ENVIRONMENT == "production"
DEMO = env.flag("DEMO")
if PRODUCTION and DEMO:
    raise ImproperlyConfigured("DEMO=1 lets anybody sign in: production refuses it. Unset DEMO.")

DATA_DIR = Path(env.text("DATA_DIR", str(ROOT / "var"))).resolve()
BUILD_DIR = Path(env.text("BUILD_DIR", str(DATA_DIR))).resolve()  # pages' styles, document fonts: part of an image
SECRET_KEY = env.text(
    "SECRET_KEY",
    None if PRODUCTION else "development-only-" + "0" * 50,
    why="it signs sessions and links; 50 random characters or more",
)
DEBUG = False
BASE_URL = env.text("BASE_URL", None if PRODUCTION else "http://127.0.0.1:8000", why="the address people open").rstrip(
    "/"
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1],testserver")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS: the host names this site answers to, separated by commas.")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- apps ------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "platform_core.kits.tenancy",
    "platform_core.kits.observability",
    "portfolio",
    "platform_core",
    "docuai",
    "academy",
    "marketing",
    "unfold.apps.BasicAppConfig",
    "portfolio.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_otp",
    "django_otp_webauthn",
    "guardian",
    *engine.APPS,
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "platform_core.kits.observability.middleware.ObservabilityMiddleware",
    "platform_core.kits.tenancy.middleware.ScopeMiddleware",
    "platform_core.kits.web.bodies.BodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "platform_core.kits.web.csp.ContentSecurityPolicyMiddleware",
    "platform_core.kits.api.middleware.KeyCallsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "platform_core.operations.views.middleware.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "platform_core.identity.middleware.SessionsMiddleware",
    "platform_core.kits.web.languages.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "platform_core.operations.views.middleware.ImpersonationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "platform_core.organizations.middleware.LastSeenMiddleware",
    "platform_core.analytics.views.middleware.ActivityMiddleware",
    "platform_core.kits.web.texts.UnstorableTextMiddleware",
]
ROOT_URLCONF = "portfolio.urls"
WSGI_APPLICATION = "portfolio.wsgi.application"
TEMPLATES = engine.templates(
    ROOT / "templates",
    [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "platform_core.shell.context.shell",
    ],
)
COTTON_DIR = "components"
FORM_RENDERER = "platform_core.kits.web.forms.Renderer"
CSRF_FAILURE_VIEW = "platform_core.shell.errors.csrf_failure"

# --- data ------------------------------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", None if PRODUCTION else "postgresql://portfolio_app@127.0.0.1:5432/portfolio")
_owner = env.text("DATABASE_OWNER_URL", "")
# Set where migrations run, empty for web and workers: those processes then hold no key to the schema.
DATABASE_OWNER = {k: v for k, v in env.database(_owner).items() if k in ("USER", "PASSWORD")} if _owner else {}
DATABASES = {
    "default": {
        **env.database(DATABASE_URL),
        "ENGINE": "platform_core.kits.tenancy.postgresql",
        "ATOMIC_REQUESTS": False,  # services own their transactions
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": env.flag("BEHIND_PGBOUNCER"),
    }
}
TENANCY_APPS = ("platform_core", "docuai", "academy", "marketing")
TENANCY_UNSCOPED = "log" if PRODUCTION else "raise"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", None if PRODUCTION else "redis://127.0.0.1:6379/0", why="broker, cache, rate limits")
CACHES = {
    "default": {
        "BACKEND": "platform_core.kits.web.memory.SteadyRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},  # a request never waits longer for a memory
    }
}
ENCRYPTION_KEYS = env.text(
    "ENCRYPTION_KEYS",
    None if PRODUCTION else (DATA_DIR / "encryption_keys").as_uri(),
    why="what wraps the data keys of organizations: file:///path of a key file, or kms://region/key",
)
STORAGE_URL = env.text("STORAGE_URL", (DATA_DIR / "storage").as_uri())
WORKERS_FAST = env.number("WORKERS_FAST", 0)  # processes of the fast queue, as far as this process was told
MIN_FREE_PERCENT = env.number("MIN_FREE_PERCENT", 10)  # of a disk; below it work pauses

# --- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "platform_core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if ENVIRONMENT == "test":  # the tests sign in hundreds of times
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_ADAPTER = "platform_core.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "platform_core.accounts.forms.SignInForm",
    "signup": "platform_core.accounts.forms.SignUpForm",
    "add_email": "platform_core.accounts.forms.AddressForm",
    "reset_password": "platform_core.accounts.forms.ResetForm",
    "change_password": "platform_core.accounts.forms.PasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
SIGN_IN_STAGES = [
    "platform_core.identity.views.stages.SecondFactorStage"
]  # after allauth's own: what else signing in asks for
OTP_WEBAUTHN_RP_ID = urlsplit(BASE_URL).hostname or "localhost"
OTP_WEBAUTHN_RP_NAME = "Portfolio"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [BASE_URL]
OTP_WEBAUTHN_CREDENTIAL_MODEL = "platform_core.Passkey"
OTP_WEBAUTHN_HELPER_CLASS = "platform_core.identity.ceremony.Ceremony"
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
SILENCED_SYSTEM_CHECKS = [
    "otp_webauthn.E031",  # http on this machine: browsers offer passkeys on localhost alone there
    "guardian.W001",  # no backend: access.can decides, guardian's tables hold the shares
]
ANONYMOUS_USER_NAME = None  # guardian would make a person for nobody
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# --- work ------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
if _tls := transit.celery_tls(REDIS_URL):
    CELERY_BROKER_USE_SSL = _tls
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 1000  # with fresh_connections in celery.py: 3 times faster, and survives a restart of Postgres
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}

# --- words, times, files ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [ROOT / "portfolio" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = BUILD_DIR / "static-collected"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [openapi.SWAGGER_FILES]
if (BUILD_DIR / "static").is_dir():
    STATICFILES_DIRS.append(BUILD_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "webp", "zip", "gz", "br", "woff", "woff2", "map")

# --- staff admin -----------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Portfolio",
    "SITE_HEADER": "Portfolio",
    "SITE_SUBHEADER": _("Platform staff"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "stacks",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}

# --- mail, API, logs, headers ----------------------------------------------------------------------------------------
EMAIL_URL = env.text("EMAIL_URL", None if PRODUCTION else "smtp://127.0.0.1:1025")
globals().update(env.mail(EMAIL_URL))
SMS_URL = env.text("SMS_URL", (DATA_DIR / "mail").as_uri() if ENVIRONMENT == "development" else "")  # none: no SMS
SMS = env.sms(SMS_URL)
if PRODUCTION:
    transit.refuse_plain(
        database=DATABASE_URL,
        owner=_owner,
        redis=REDIS_URL,
        mail=EMAIL_URL,
        plain_hosts=env.words("PLAIN_HOSTS"),
        sms=SMS_URL,
    )
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "portfolio@portfolio.example")
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "platform_core.kits.api.problems.handle",
    "DEFAULT_RENDERER_CLASSES": ["platform_core.kits.api.rendering.JSONRenderer"],
    "DEFAULT_PERMISSION_CLASSES": [],  # our views name theirs themselves, and do not load without
    "DEFAULT_SCHEMA_CLASS": "platform_core.kits.api.schema.Schema",
}
SPECTACULAR_SETTINGS = openapi.SETTINGS
API_RATES = {
    "read": env.text("API_RATE_READ", "3000/minute"),
    "write": env.text("API_RATE_WRITE", "600/minute"),
    "heavy": env.text("API_RATE_HEAVY", "120/minute"),  # renders while the caller waits
    "sign_in": env.text("API_RATE_SIGN_IN", "60/minute"),  # wrong keys, by address
    "hook": env.text("API_RATE_HOOK", "600/minute"),  # what other systems send in, by source
    "report": env.text("API_RATE_REPORT", "30/minute"),  # what browsers report of content policies, by address
    "check": env.text("API_RATE_CHECK", "60/minute"),  # "Check a document", by address
}
KEY_PLACE_RESOLVER = env.text("KEY_PLACE_RESOLVER", "platform_core.access.places.network_of")  # address -> short text
LOGGING = logging_config(
    format="console" if env.text("LOG_FORMAT", "json") == "console" else "json", level=env.text("LOG_LEVEL", "INFO")
)
OUTBOUND_LOOPBACK = env.flag("OUTBOUND_LOOPBACK", ENVIRONMENT == "development")  # webhooks to this machine, by http too
if PRODUCTION and OUTBOUND_LOOPBACK:
    raise ImproperlyConfigured("OUTBOUND_LOOPBACK=1 lets customers call this machine: production refuses it. Unset it.")
METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # without one, production answers /metrics with 403
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# The clock wakes work every 5 s: a line each would bury the rest. Metrics count tasks, failures are logged.
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = logging.DEBUG
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
