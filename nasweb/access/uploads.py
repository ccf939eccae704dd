"""Upload guard: files are accepted at one address only, before Django would put them on the disk."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

TAKES_FILES = ("experiment_import",)
"""Names of the pages whose form brings a file. The REST API takes files as bodies (search/api/uploads.py)."""


class OnlyWhereAsked(FileUploadHandler):
    """Ends the upload at the first file, unless the page takes one; then the next handler puts it away."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        match = self.request.resolver_match if self.request is not None else None
        if match is None or match.url_name not in TAKES_FILES:
            raise StopUpload(connection_reset=True)
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
