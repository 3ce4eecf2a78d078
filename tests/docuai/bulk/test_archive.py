"""The ZIP that is never built: its length, every range of it, and what others make of it."""

import io
import subprocess
import zipfile
import zlib
from random import Random

import pytest

from docuai.bulk.archive import ArchiveEntry, ArchiveError, entry_of, layout


def archive_of(contents):
    """An archive of bytes at hand, each found again by its name, and the function that opens them."""
    entries = [ArchiveEntry(name, len(content), zlib.crc32(content)) for name, content in contents.items()]

    def open_entry(entry, start, stop):
        content = contents[entry.name][start:stop]
        for at in range(0, len(content), 1000):
            yield content[at : at + 1000]

    return layout(entries), open_entry


@pytest.fixture
def some():
    random = Random(3)
    names = ["0001-ana.pdf", "0002-łukasz.pdf", "空.pdf", "folder/empty.pdf", "0003.docx"]
    sizes = [1, 5000, 70_000, 0, 300_000]
    return archive_of({name: random.randbytes(size) for name, size in zip(names, sizes, strict=True)})


def test_the_computed_length_is_the_length(some):
    packed, open_entry = some

    assert len(b"".join(packed.chunks(open_entry))) == packed.length


def test_python_opens_it_and_finds_every_byte(some):
    packed, open_entry = some

    with zipfile.ZipFile(io.BytesIO(b"".join(packed.chunks(open_entry)))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [entry.name for entry in packed.entries]
        assert [opened.read(e.name) for e in packed.entries] == [
            b"".join(open_entry(e, 0, e.size)) for e in packed.entries
        ]


def test_any_range_is_that_slice_of_the_whole(some):
    packed, open_entry = some
    whole = b"".join(packed.chunks(open_entry))
    random = Random(8)
    cuts = [
        (0, 1),
        (29, 32),
        (packed.directory_start - 5, packed.directory_start + 5),
        (packed.length - 1, packed.length),
    ]
    cuts += [tuple(sorted(random.sample(range(packed.length + 1), 2))) for _ in range(300)]

    for start, stop in cuts:
        assert b"".join(packed.read(start, stop, open_entry)) == whole[start:stop]


def test_seventy_thousand_entries_need_zip64_and_open(tmp_path):
    contents = {f"{n:06}.pdf": b"%d" % n for n in range(70_000)}
    packed, open_entry = archive_of(contents)
    path = tmp_path / "many.zip"

    path.write_bytes(b"".join(packed.chunks(open_entry)))

    assert path.stat().st_size == packed.length
    with zipfile.ZipFile(path) as opened:
        assert len(opened.infolist()) == 70_000
        assert opened.read("069999.pdf") == b"69999"
    checked = subprocess.run(
        ["python3", "-m", "zipfile", "--test", str(path)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout.strip()) == (0, "Done testing")


def test_a_file_past_four_gigabytes_is_laid_out_without_reading_it():
    big = ArchiveEntry("big.pdf", 5_000_000_000, 7)
    packed = layout([big, entry_of("small.txt", b"after it")])

    tail = b"".join(packed.read(packed.directory_start - 8, packed.length, lambda *_: iter(())))

    assert packed.length > 5_000_000_000
    assert tail.startswith(b"after it")
    sparse = _Sparse(packed.directory_start - 8, tail)
    with zipfile.ZipFile(sparse) as opened:
        assert [info.file_size for info in opened.infolist()] == [5_000_000_000, 8]


@pytest.mark.parametrize("name", ["../up.pdf", "/root.pdf", "a\\b.pdf", "nul\0.pdf", ""])
def test_names_that_leave_the_folder_are_refused(name):
    with pytest.raises(ArchiveError):
        layout([ArchiveEntry(name, 1, 0)])


def test_two_files_of_one_name_are_refused():
    with pytest.raises(ArchiveError):
        layout([ArchiveEntry("a.pdf", 1, 0), ArchiveEntry("a.pdf", 2, 0)])


def test_a_file_that_shrank_breaks_the_download_off_instead_of_lying():
    packed = layout([ArchiveEntry("a.pdf", 10, 0)])

    with pytest.raises(ArchiveError):
        b"".join(packed.chunks(lambda entry, start, stop: iter([b"short"])))


class _Sparse(io.RawIOBase):
    """A file of zeros with a true tail."""

    def __init__(self, start, tail):
        self.start, self.tail, self.at = start, tail, 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def seek(self, offset, whence=0):
        self.at = {0: 0, 1: self.at, 2: self.start + len(self.tail)}[whence] + offset
        return self.at

    def tell(self):
        return self.at

    def read(self, size=-1):
        end = self.start + len(self.tail)
        size = end - self.at if size < 0 else min(size, end - self.at)
        zeros = bytes(max(0, min(size, self.start - self.at)))
        piece = zeros + self.tail[max(0, self.at + len(zeros) - self.start) :][: size - len(zeros)]
        self.at += len(piece)
        return piece
