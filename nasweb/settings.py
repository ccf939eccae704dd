"""Django settings, read from the environment. With nothing set: one person, this machine, SQLite under `var/`.

`SETTINGS` lists every name read here with its default and meaning; `.env.example` and docs/settings.md follow it.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from nasweb import environment
from nasweb.access import PASSWORD_VALIDATORS, UPLOAD_HANDLERS
from nasweb.environment import SETTINGS as SETTINGS
from nasweb.environment import Environment, SettingError
from nasweb.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- Where things lie --------------------------------------------------------------------------------------
VAR_DIR = BASE_DIR / env.folder(
    "NASWEB_VAR_DIR", "var", "Folder for everything that is written: database, data sets, logs"
)
DATA_DIR = BASE_DIR / env.folder(
    "NASWEB_DATA_DIR", str(VAR_DIR / "data"), "Folder of the data sets that are trained on"
)
SETTINGS["NASWEB_DATA_DIR"] = replace(SETTINGS["NASWEB_DATA_DIR"], default="var/data")

_database_url = env.text(
    "DATABASE_URL", "", "PostgreSQL's address; not set: an SQLite file in the folder NASWEB_VAR_DIR"
)
DATABASES: dict[str, Any] = {
    "default": environment.database(_database_url)
    if _database_url
    else environment.sqlite(str(VAR_DIR / "nasweb.sqlite3"))
}
EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3")
"""One person on one machine, as opposed to a deployment with PostgreSQL."""
if not _database_url:
    environment.make_folder("NASWEB_VAR_DIR", VAR_DIR)  # SQLite creates its file but not the folder
STATEMENT_SECONDS = env.seconds(
    "NASWEB_STATEMENT_SECONDS", 30, "Seconds that one statement of a web request may take on PostgreSQL"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- The web -----------------------------------------------------------------------------------------------
DEBUG = env.flag("NASWEB_DEBUG", False, "1: error pages with tracebacks; never where strangers can reach it")
ALLOWED_HOSTS = env.names(
    "NASWEB_ALLOWED_HOSTS",
    "localhost,127.0.0.1,[::1]",
    "Host names under which the pages are served, with commas",
)
CSRF_TRUSTED_ORIGINS = env.names(
    "NASWEB_TRUSTED_ORIGINS",
    "",
    "Origins such as https://nas.example.org that forms may come from behind a proxy",
)
CSRF_FAILURE_VIEW = "visualize.pages.shared.errors.csrf_failure"
HTTPS = env.flag(
    "NASWEB_HTTPS",
    False,
    "1: served through a proxy that ends TLS and sets X-Forwarded-Proto and X-Forwarded-For; cookies travel over "
    "TLS only",
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",
    r"^readyz$",
    r"^metrics$",
]  # asked from beside the server, without the proxy
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
"""They ask for HSTS on all subdomains and in browsers' preload lists: no promise for a service's neighbours."""
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_secret = env.text(
    "NASWEB_SECRET_KEY", "", "Signs cookies; needed with PostgreSQL, made on first use without"
)
if not _secret and not EMBEDDED:
    raise SettingError("NASWEB_SECRET_KEY", "", "a long random text, the same for every web process")
SECRET_KEY = _secret or environment.kept_secret(VAR_DIR / "secret-key")
# Cookies know no ports: two servers on one host would log each other out.
_INSTALLATION = hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:8]
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"sessionid_{_INSTALLATION}", f"csrftoken_{_INSTALLATION}"
METRICS_TOKEN = env.text(
    "NASWEB_METRICS_TOKEN",
    "",
    "What /metrics wants as a bearer token; not set: open without accounts and PostgreSQL, else closed",
)

# --- Who may come in --------------------------------------------------------------------------------------
ACCOUNTS = env.flag_or(
    "NASWEB_ACCOUNTS",
    not EMBEDDED,
    "1: people log in and have roles, scripts have tokens; 0: whoever sits at this machine, and nobody else; "
    "not set: 1 with PostgreSQL",
)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
if not ACCOUNTS and not set(ALLOWED_HOSTS) <= set(_LOOPBACK):
    raise SettingError(
        "NASWEB_ALLOWED_HOSTS",
        ",".join(ALLOWED_HOSTS),
        f"only {', '.join(_LOOPBACK)} without accounts, or NASWEB_ACCOUNTS=1 to serve others",
    )
AUTHENTICATION_BACKENDS = ["nasweb.access.callers.Backend"]
AUTH_PASSWORD_VALIDATORS = PASSWORD_VALIDATORS
LOGIN_URL = "login"
FILE_UPLOAD_HANDLERS = UPLOAD_HANDLERS
env.text(environment.TOKEN, "", environment.TOKEN_MEANING)  # read by nasweb.client, which knows no settings

ROOT_URLCONF = "nasweb.urls"
WSGI_APPLICATION = "nasweb.wsgi.application"
ASGI_APPLICATION = "nasweb.asgi.application"
INSTALLED_APPS = [
    "nasweb",
    "search",
    "visualize",
    "ninja",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "nasweb.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "nasweb.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "nasweb.access.gate.Gate",
    "nasweb.request_budget.RequestBudget",
    "nasweb.database_outage.DatabaseOutage",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "nasweb.access.context.actor",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"

# --- Static files: straight from static/ on one machine, collected and hashed in a deployment ---------------
STATIC_URL = "/static/"  # below the path of a proxy that has one: nasweb.static_storage
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED
_STATIC_STORAGE = "nasweb.static_storage." + ("AsTheyLie" if EMBEDDED else "CollectedAndHashed")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}

# --- Evaluations -------------------------------------------------------------------------------------------
TRAINER = env.checked(
    "NASWEB_TRAINER",
    "search.training.trainer.evaluate",
    "Dotted path of the function that trains a candidate from scratch; only workers import it",
    accept=lambda path: path.count(".") >= 1 and all(part.isidentifier() for part in path.split(".")),
    expected="a dotted path such as search.training.trainer.evaluate",
)
DEVICE = env.text("NASWEB_DEVICE", "auto", "Where workers train: auto, cpu, cuda or cuda:1")
FINAL_DEVICES = environment.final_devices(env)
OFFERS = environment.offers(env)
GPU_TRAININGS = env.number("NASWEB_GPU_TRAININGS", 4, "Most trainings at once on one GPU", most=64)
TORCH_THREADS = env.number(
    "NASWEB_TORCH_THREADS", 1, "Threads of each training process; more than one wants one process", most=1024
)
CUDA_GRAPHS = env.flag(
    "NASWEB_CUDA_GRAPHS", True, "1: on a GPU each step is recorded once and replayed, once they agree"
)
KERNELS = env.choice("NASWEB_KERNELS", "auto", "Kernels of its own train on a CPU", ("auto", "never"))
COMPILE = env.choice("NASWEB_COMPILE", "auto", "Who compiles networks", ("auto", "never", "always"))
EVALUATION_TIME_LIMIT = env.number(
    "NASWEB_EVALUATION_TIME_LIMIT",
    259_200,  # the four repeats of a paper's protocol on a CPU; each repeat has its own limit in the protocol
    "Seconds one attempt at an evaluation may take; the worker's and the broker's limits follow from it",
    least=10,
)
MAX_ATTEMPTS = env.number(
    "NASWEB_MAX_ATTEMPTS", 3, "Attempts at an evaluation whose worker goes silent before it fails", most=100
)
HEARTBEAT_SECONDS = env.seconds(
    "NASWEB_HEARTBEAT_SECONDS", 2, "Seconds between two signs of life of a training", least=0.01
)
LEASE_SECONDS = env.seconds("NASWEB_LEASE_SECONDS", 60, "Silence in seconds after which a worker is given up")
if LEASE_SECONDS < 2 * HEARTBEAT_SECONDS:
    raise SettingError(
        "NASWEB_LEASE_SECONDS",
        f"{LEASE_SECONDS:g}",
        f"at least twice NASWEB_HEARTBEAT_SECONDS ({HEARTBEAT_SECONDS:g})",
    )
SWEEP_SECONDS = env.seconds("NASWEB_SWEEP_SECONDS", 15, "Seconds between two looks for lost work")
DEVICE_HOUR_PRICE = environment.device_hour_price(env)
LEARNING_PATIENCE_SECONDS = env.seconds(
    "NASWEB_LEARNING_PATIENCE_SECONDS", 120, "Seconds that a step waits for a learned strategy's drafts"
)
RESEND_SECONDS = env.seconds(
    "NASWEB_RESEND_SECONDS", 300, "Seconds after which an evaluation that nobody claimed is sent again"
)
LOOK_SECONDS = env.seconds(
    "NASWEB_LOOK_SECONDS", 30, "Seconds between two looks for a data set that a paused search waits for"
)
CHECKPOINT_SECONDS = env.seconds(
    "NASWEB_CHECKPOINT_SECONDS", 180, "Seconds between two checkpoints of a training; 0: none", least=0
)
CHECKPOINT_DIR = BASE_DIR / env.folder(
    "NASWEB_CHECKPOINT_DIR",
    str(VAR_DIR / "checkpoints"),
    "Folder of checkpoints and kept weights; workers that share it go on from each other's",
)
SETTINGS["NASWEB_CHECKPOINT_DIR"] = replace(SETTINGS["NASWEB_CHECKPOINT_DIR"], default="var/checkpoints")
KEPT_WEIGHTS_BYTES = 2**20 * env.number(
    "NASWEB_KEPT_WEIGHTS_MIB",
    1024,
    "Mebibytes of trained weights that are kept for download; experiments' best go last",
    least=0,
)
IMAGE_MEMORY_MIB = environment.image_memory(env)

# --- Celery: a message is an id; the rows are the queue ----------------------------------------------------
REDIS_URL = env.checked(
    "REDIS_URL",
    "redis://127.0.0.1:6379/0",
    "Address of the Redis-protocol broker",
    accept=lambda url: url.startswith(("redis://", "rediss://", "unix://", "memory://")),
    expected="redis://HOST:PORT/NUMBER",
)
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "steps"
CELERY_TASK_ROUTES = {
    "search.tasks.evaluate": {"queue": "training"},
    "search.tasks.look_for_data": {"queue": "training"},
    "search.tasks.train_artifact": {"queue": "training"},
    "search.tasks.evaluate_final": {"queue": "training"},
    "search.tasks.package_final": {"queue": "training"},
    "search.tasks.learn_strategy": {"queue": "learning"},
    "search.tasks.work_out_importance": {"queue": "learning"},
    "search.tasks.sweep": {"queue": "sweeps"},
}
"""Queues by cost: hours, minutes, seconds at worst; `sweeps` wait behind nobody's proposing."""
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 2**31  # no new connection for each task: nasweb.celery closes the old and the broken
CELERY_TASK_SOFT_TIME_LIMIT = int(0.9 * EVALUATION_TIME_LIMIT)
CELERY_TASK_TIME_LIMIT = EVALUATION_TIME_LIMIT
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": environment.broker_key_prefix(DATABASES["default"]),
    "visibility_timeout": int(1.1 * EVALUATION_TIME_LIMIT),
    "socket_connect_timeout": 3,
    "socket_timeout": 30,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2
}  # fmt: skip
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULE = {
    # A message expires by the clock of the worker that takes it. A day bounds what piles up while no worker is there,
    # and lets no worker whose clock is hours ahead throw every sweep away.
    "sweep": {"task": "search.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": 86_400}}
}
CELERY_BEAT_SCHEDULER = "nasweb.sweep_clock:SweepClock"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# --- Log ---------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice(
    "NASWEB_LOG_LEVEL", "INFO", "Least severe messages that are logged", ("DEBUG", "INFO", "WARNING", "ERROR")
)
LOG_FORMAT = env.choice(
    "NASWEB_LOG_FORMAT",
    "text",
    "How a line of the log looks: text for people, json for machines",
    ("text", "json"),
)
LOGGING = logging_settings(level=LOG_LEVEL, line=LOG_FORMAT)
