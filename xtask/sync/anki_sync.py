"""Anki and its sync server: a thousand notes of about 200 characters.

    python anki_sync.py serve FOLDER ADDRESS
    python anki_sync.py fill FOLDER ADDRESS
    python anki_sync.py talk FOLDER ADDRESS EDITS ROUND

A client is in step when its sync has ended. It keeps the key of its first login, as Anki does.
"""

import json
import os
import pathlib
import random
import sys
import time
import urllib.error
import urllib.request

NOTES = 1000
NOTE_WORDS = 32
USER, PASSWORD = "lata", "an invented word"


def serve(folder, address):
    host, port = address.split(":")
    os.environ.update(SYNC_USER1=f"{USER}:{PASSWORD}", SYNC_HOST=host, SYNC_PORT=port, SYNC_BASE=str(folder / "server"), RUST_LOG="anki=error")
    # The server keeps Python's lock, so that no thread could ask it.
    if os.fork() == 0:
        tell_when_ready(address)
        os._exit(0)
    from anki.syncserver import run_sync_server

    run_sync_server()


def tell_when_ready(address):
    """It does not say itself when it listens."""
    while True:
        try:
            urllib.request.urlopen(f"http://{address}/health", timeout=1)
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.05)
    print("ready", flush=True)


def collection(folder):
    from anki.collection import Collection

    return Collection(str(folder / "client.anki2"))


def words(count, rng):
    syllables = "ra mi su ni ka lo de vi sha ri pu ma ha to ji ba ke an gu la ti no sa ya".split()
    return " ".join("".join(rng.choice(syllables) for _ in range(rng.randint(2, 3))) for _ in range(count))


def printed(began, col):
    ms = round((time.monotonic() - began) * 1000)
    print(json.dumps({"ms": ms, "documents": col.note_count()}), flush=True)
    col.close()


def fill(folder, address):
    col = collection(folder)
    rng = random.Random(11)
    model = col.models.by_name("Basic")
    deck = col.decks.id("Cases")
    for number in range(NOTES):
        note = col.new_note(model)
        note.fields = [f"SNB/CWC/{number + 1:04}", words(NOTE_WORDS, rng)]
        col.add_note(note, deck)
    began = time.monotonic()
    auth = col.sync_login(USER, PASSWORD, f"http://{address}/")
    col.close_for_full_sync()
    col.full_upload_or_download(auth=auth, server_usn=None, upload=True)
    col.reopen(after_full_sync=True)
    (folder / "key").write_text(auth.hkey)
    printed(began, col)


def talk(folder, address, edits, round_):
    from anki.sync_pb2 import SyncAuth

    col = collection(folder)
    for note_id in col.find_notes("")[:edits]:
        note = col.get_note(note_id)
        note.fields[0] = f"Bus stand {round_}, gate {os.getpid()}"
        col.update_note(note)
    auth = SyncAuth(hkey=(folder / "key").read_text(), endpoint=f"http://{address}/")
    began = time.monotonic()
    out = col.sync_collection(auth, False)
    assert out.required in (out.NO_CHANGES, out.NORMAL_SYNC), out
    printed(began, col)


if __name__ == "__main__":
    what, folder, address, *rest = sys.argv[1:]
    folder = pathlib.Path(folder)
    if what == "serve":
        serve(folder, address)
    elif what == "fill":
        fill(folder, address)
    else:
        talk(folder, address, int(rest[0]), rest[1])
