"""Access control: every request for a page, the REST API or a file passes one gate.

`rules` is the table of all addresses, `callers` finds out who asks, `gate` refuses. What a role may do to whose
experiment is decided in search.permissions alone.
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
