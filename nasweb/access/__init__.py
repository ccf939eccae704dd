"""Who may do what, in one place: every request for a page, a part of one, the REST API or a file passes the gate.

`rules` is the table of all addresses, `callers` finds out who asks, `gate` refuses. What a role may do to whose
experiment is decided in search.actor alone.
"""

PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
UPLOAD_HANDLERS = [
    "nasweb.access.uploads.OnlyWhereAsked",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
