"""Publishes and consumes with pynsq against a running nsqd and nsqlookupd.

    pynsq_checks.py NSQD_TCP LOOKUPD_HTTP

Prints "PASS name" or "FAIL name: why" for each check; exits with 1 if one failed.
"""

import functools
import ssl
import sys
import time

import nsq
from tornado import concurrent, gen, ioloop, locks

NSQD, LOOKUPD = sys.argv[1], sys.argv[2]
TIMEOUT_SECONDS = 30
TLS = {"tls_v1": True, "tls_options": {"cert_reqs": ssl.CERT_NONE}}


def unique(name):
    return "pynsq_%s_%d" % (name, time.time() * 1000)


class Publisher:
    """A Writer whose answers can be awaited."""

    def __init__(self, **options):
        self.writer = nsq.Writer([NSQD], **options)

    async def _call(self, method, *arguments):
        while True:
            answer = concurrent.Future()
            method(*arguments, callback=lambda conn, data: answer.set_result(data))
            data = await answer
            if isinstance(data, nsq.protocol.SendError) or "no open connections" in str(data):
                await gen.sleep(0.05)  # not yet connected
                continue
            assert data == b"OK", data
            return

    async def pub(self, topic, body):
        await self._call(self.writer.pub, topic, body)

    async def mpub(self, topic, bodies):
        await self._call(self.writer.mpub, topic, bodies)

    async def dpub(self, topic, millis, body):
        await self._call(self.writer.dpub, topic, millis, body)

    def close(self):
        for conn in list(self.writer.conns.values()):
            conn.close()


class Consumer:
    """A Reader whose messages are taken one by one and answered by the check."""

    def __init__(self, topic, **options):
        if "lookupd_http_addresses" not in options:
            options["nsqd_tcp_addresses"] = [NSQD]
        self.messages = []
        self.arrived = locks.Condition()
        options.setdefault("max_in_flight", 50)
        self.reader = nsq.Reader(topic=topic, channel="ch", message_handler=self._handle, **options)

    def _handle(self, message):
        message.enable_async()
        self.messages.append(message)
        self.arrived.notify_all()

    async def next(self):
        while not self.messages:
            await self.arrived.wait()
        return self.messages.pop(0)

    def close(self):
        self.reader.close()


async def publish_and_finish(**options):
    topic = unique("finish")
    publisher, consumer = Publisher(**options), Consumer(topic, **options)
    body = b"payload " * 5000
    await publisher.pub(topic, body)
    message = await consumer.next()
    assert message.body == body, len(message.body)
    assert message.attempts == 1, message.attempts
    message.finish()
    publisher.close()
    consumer.close()


async def publish_many():
    topic = unique("mpub")
    publisher, consumer = Publisher(), Consumer(topic)
    bodies = [b"message %d" % i for i in range(100)]
    await publisher.mpub(topic, bodies)
    seen = []
    while len(seen) < len(bodies):
        message = await consumer.next()
        seen.append(message.body)
        message.finish()
    assert sorted(seen) == sorted(bodies), seen
    publisher.close()
    consumer.close()


async def deferred_publish():
    topic = unique("dpub")
    publisher, consumer = Publisher(), Consumer(topic)
    start = time.monotonic()
    await publisher.dpub(topic, 500, b"later")
    message = await consumer.next()
    assert time.monotonic() - start >= 0.5, "came after %.3f s" % (time.monotonic() - start)
    message.finish()
    publisher.close()
    consumer.close()


async def requeue():
    topic = unique("requeue")
    publisher, consumer = Publisher(), Consumer(topic)
    await publisher.pub(topic, b"again")
    first = await consumer.next()
    start = time.monotonic()
    first.requeue(delay=1, backoff=False)  # seconds
    second = await consumer.next()
    assert second.id == first.id and second.attempts == 2, (second.id, second.attempts)
    assert time.monotonic() - start >= 1, "came after %.3f s" % (time.monotonic() - start)
    second.finish()
    publisher.close()
    consumer.close()


async def timeout_and_touch():
    topic = unique("touch")
    publisher, consumer = Publisher(), Consumer(topic, msg_timeout=1)  # seconds
    await publisher.pub(topic, b"held")
    message = await consumer.next()
    for _ in range(4):
        await gen.sleep(0.5)
        message.touch()
    assert not consumer.messages, "it timed out although it was touched"
    again = await consumer.next()
    assert again.id == message.id and again.attempts == 2, (again.id, again.attempts)
    again.finish()
    publisher.close()
    consumer.close()


async def discovery():
    topic = unique("lookup")
    publisher = Publisher()
    await publisher.pub(topic, b"found")
    consumer = Consumer(topic, lookupd_http_addresses=["http://" + LOOKUPD], lookupd_poll_interval=1,
                        lookupd_poll_jitter=0.1)
    message = await consumer.next()
    assert message.body == b"found", message.body
    message.finish()
    publisher.close()
    consumer.close()


# Not TLS together with a compression: pynsq's sockets lose data there with today's Python, whatever the server.
CHECKS = [
    ("publishes, receives and finishes", publish_and_finish),
    ("publishes many at once", publish_many),
    ("a deferred message is not early", deferred_publish),
    ("a requeued message comes again, later, with its attempts", requeue),
    ("touch holds a message, its timeout returns it", timeout_and_touch),
    ("finds nsqd through nsqlookupd", discovery),
    ("over deflate", functools.partial(publish_and_finish, deflate=True, deflate_level=6)),
    ("over snappy", functools.partial(publish_and_finish, snappy=True)),
    ("over TLS", functools.partial(publish_and_finish, **TLS)),
]


def main():
    failed = 0
    for name, check in CHECKS:
        try:
            ioloop.IOLoop.current().run_sync(check, timeout=TIMEOUT_SECONDS)
            print("PASS " + name, flush=True)
        except Exception as error:  # the next check must run whatever happened here
            failed += 1
            print("FAIL %s: %r" % (name, error), flush=True)
    sys.exit(1 if failed else 0)


main()
