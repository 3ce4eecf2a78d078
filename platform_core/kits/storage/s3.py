"""Storage in a bucket, by django-storages: ``s3://key:secret@host:port/bucket?region=eu-west-1&secure=1``.

Without a host it is AWS; without a key boto3 looks for credentials where it always does (role of the machine, profile).
Loaded at first use. Ranges are read by ``Range``, links are signed GETs that the bucket answers itself.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from platform_core.kits.storage.ports import CHUNK, MissingFileError, StorageError, checked

TIMEOUTS = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3, "mode": "standard"}}
PART = TransferConfig(multipart_threshold=64 * CHUNK, multipart_chunksize=32 * CHUNK, use_threads=False)
GONE = frozenset(["NoSuchKey", "404", "NotFound"])


class BucketStorage:
    """See ``ports.Storage``."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    @cached_property
    def backend(self) -> Any:
        backend: Any = S3Storage
        return backend(file_overwrite=True, querystring_auth=True, default_acl=None, **self.options)

    def write(self, key: str, source: BinaryIO) -> None:
        try:
            self.backend.bucket.upload_fileobj(source, checked(key), Config=PART)
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"not written: {type(error).__name__}") from error

    def stream(self, key: str, offset: int = 0, size: int = -1) -> Iterator[bytes]:
        if size == 0:
            return iter(())
        last = "" if size < 0 else offset + size - 1
        wanted = {"Range": f"bytes={offset}-{last}"} if offset or size > 0 else {}
        try:
            answer = self.backend.bucket.Object(checked(key)).get(**wanted)
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":
                return iter(())
            raise _error(key, error) from error
        except BotoCoreError as error:
            raise StorageError(f"not read: {type(error).__name__}") from error
        body: Iterator[bytes] = answer["Body"].iter_chunks(CHUNK)
        return body

    def delete(self, key: str) -> None:
        try:
            self.backend.bucket.Object(checked(key)).delete()
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"not deleted: {type(error).__name__}") from error

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="stored-") as folder:
            place = Path(folder) / "file"
            with place.open("wb") as file:
                for piece in self.stream(key):
                    file.write(piece)
            yield place

    def link(self, key: str, *, seconds: int, content_type: str, disposition: str) -> str:
        headers = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        signed: str = self.backend.url(checked(key), parameters=headers, expire=seconds)
        return signed

    def folder(self) -> Path | None:
        return None


def connect(url: str) -> BucketStorage:
    """This will prepare the bucket; nothing is asked of it before first use."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    secure = query.get("secure", "1") not in ("0", "false", "no")
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if host else "auto"},
        request_checksum_calculation="when_required",  # newer checksums are unknown to most servers that are not AWS
        response_checksum_validation="when_required",
        **TIMEOUTS,
    )
    return BucketStorage(
        access_key=unquote(parts.username) if parts.username else None,
        secret_key=unquote(parts.password) if parts.password else None,
        bucket_name=parts.path.strip("/"),
        region_name=query.get("region") or "us-east-1",
        endpoint_url=f"{'https' if secure else 'http'}://{host}" if host else None,
        use_ssl=secure,
        client_config=config,
    )


def _error(key: str, error: ClientError) -> Exception:
    gone = error.response["Error"]["Code"] in GONE
    return MissingFileError(key) if gone else StorageError(f"not read: {error.response['Error']['Code']}")
