"""Django settings, all of them from the environment or fixed by choice."""

from urllib.parse import urlsplit

import dj_database_url
from django.utils.functional import lazy

from bursar.project.environment import LARGEST_UPLOAD, LOG_LEVEL, PUBLIC_URL, TRUST_PROXY, database_url, read
from bursar.project.keyring import key_file, load_keys, secret_key
from bursar.project.mail import mail_settings
from bursar.project.sign_on import sign_on_providers

DATABASES = {"default": dj_database_url.parse(database_url())}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets a preview read while a run writes; FULL makes "sending" durable before the request leaves.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }

INSTALLED_APPS = [
    "bursar.store",
    "bursar.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "bootstrap",
    "fontawesome",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "bursar.web.headers.ContentSecurity",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bursar.web.people.activity.SessionActivity",
    "bursar.web.access.Gate",
]
ROOT_URLCONF = "bursar.project.urls"
WSGI_APPLICATION = "bursar.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bursar.web.shell.shell",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = lazy(secret_key, str)()  # made when first used: a command without web pages leaves no key behind
USE_TZ = True
TIME_ZONE = "UTC"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "store_cache"}}
"""In the database, so that lockouts hold for every process and outlive a restart."""

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

PUBLIC = urlsplit(read(PUBLIC_URL) or "")
ENCRYPTED = PUBLIC.scheme == "https"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *([PUBLIC.hostname] if PUBLIC.hostname else [])]
CSRF_TRUSTED_ORIGINS = [f"{PUBLIC.scheme}://{PUBLIC.netloc}"] if PUBLIC.netloc else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENCRYPTED
SESSION_SERIALIZER = "bursar.web.people.sealed_sessions.SealedSerializer"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENCRYPTED else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BURSAR_TRUST_PROXY = read(TRUST_PROXY) == "yes"
if BURSAR_TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

AUTH_USER_MODEL = "store.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "bursar.web.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "bursar.web.people.forms.LoginForm",
    "reauthenticate": "bursar.web.people.forms.ReauthenticateForm",
    "change_password": "bursar.web.people.forms.ChangePasswordForm",
    "reset_password": "bursar.web.people.forms.ResetPasswordForm",
    "reset_password_from_key": "bursar.web.people.forms.ResetPasswordKeyForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,30/5m/ip", "setup": "10/5m/ip", "join": "5/5m/key,20/5m/ip"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""People are invited or added; nobody could have signed up with somebody else's address."""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bursar"
MFA_ADAPTER = "bursar.web.people.mfa_secrets.SealedSecrets"
SOCIALACCOUNT_ADAPTER = "bursar.web.people.adapters.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = sign_on_providers()
SOCIALACCOUNT_LOGIN_ON_GET = False
USERSESSIONS_ADAPTER = "bursar.web.people.adapters.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = False  # noted by web.people.activity, not with every request
MAIL = mail_settings()
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = MAIL.backend, MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.tls
DEFAULT_FROM_EMAIL = MAIL.sender

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": read(LOG_LEVEL) or "WARNING"},
}

BURSAR_ENCRYPTION_KEYS = load_keys
"""Called when a secret is sealed or opened, so that a command without secrets needs no key."""
BURSAR_LARGEST_UPLOAD_MB = int(read(LARGEST_UPLOAD) or LARGEST_UPLOAD.default)
BURSAR_KEY_FILE = key_file
"""Called when keys are rotated."""
