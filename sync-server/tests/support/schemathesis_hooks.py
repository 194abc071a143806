"""What Schemathesis must know of the hub: a piece of an upload is bytes, whatever tus calls it."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
