"""Publishes, consumes, enqueues and works over the native protocol with grpcio; run by grpc.sh. Usage: grpc_checks.py HOST:PORT"""
import queue
import sys
import uuid

import grpc
from millrace.v1 import (admin_pb2, admin_pb2_grpc, messages_pb2, messages_pb2_grpc, task_pb2, tasks_pb2,
                         tasks_pb2_grpc, work_pb2, work_pb2_grpc)

PATIENCE_SECONDS = 30
TOPIC = "python-" + uuid.uuid4().hex[:12]
QUEUE = TOPIC + "-tasks"
passed = 0
failed = 0


def check(what, right):
    global passed, failed
    if right:
        passed += 1
    else:
        failed += 1
    print(("ok      " if right else "FAILED  ") + what)


class Worker:
    """One stream: what is put into the queue is sent."""

    def __init__(self, channel, resume=None, subscription=None):
        self.requests = queue.Queue()
        self.answers = work_pb2_grpc.WorkStub(channel).Session(iter(self.requests.get, None), timeout=PATIENCE_SECONDS)
        subscription = subscription or work_pb2.Subscription(topic=TOPIC, group="mail", lease_millis=60_000, credit=10)
        self.send(open=work_pb2.Open(subscriptions=[subscription], session_timeout_millis=5_000, resume=resume))
        self.opened = self.next("opened")

    def send(self, **kind):
        self.requests.put(work_pb2.WorkerMessage(**kind))

    def next(self, kind):
        for answer in self.answers:
            if answer.WhichOneof("kind") == kind:
                return getattr(answer, kind)
        raise AssertionError("the stream ended while waiting for " + kind)

    def take(self, count):
        taken = []
        while len(taken) < count:
            taken.extend(self.next("deliveries").deliveries)
        return taken


def publish(channel):
    messages = messages_pb2_grpc.MessagesStub(channel)
    answer = messages.Publish(messages_pb2.PublishRequest(
        topic=TOPIC, messages=[messages_pb2.NewMessage(body=b"a"), messages_pb2.NewMessage(body=b"b")]))
    check("a publish is answered with rising ids", len(answer.ids) == 2 and answer.ids[0] < answer.ids[1])
    requests = [messages_pb2.PublishRequest(topic=TOPIC, number=n, messages=[messages_pb2.NewMessage(body=body)])
                for n, body in ((1, b"c"), (2, b""), (3, b"d"))]
    answers = {answer.number: answer for answer in messages.PublishStream(iter(requests))}
    check("a stream answers each request", sorted(answers) == [1, 2, 3])
    check("a refused request does not end the stream", "empty" in answers[2].error.message and answers[3].ids)
    try:
        messages.Publish(messages_pb2.PublishRequest(topic="no/name"))
        check("a wrong request is refused", False)
    except grpc.RpcError as refused:
        check("a wrong request is refused", refused.code() == grpc.StatusCode.INVALID_ARGUMENT)


def consume(address):
    first_channel = grpc.insecure_channel(address)
    first = Worker(first_channel)
    taken = first.take(4)
    check("messages come in order", [each.body for each in taken] == [b"a", b"b", b"c", b"d"])
    first.send(results=work_pb2.Results(number=1, acks=[taken[0].token]))
    check("an ack is settled", not first.next("settled").stale)
    first_channel.close()

    with grpc.insecure_channel(address) as channel:
        holding = [work_pb2.Tokens(tokens=[each.token for each in taken[1:3]])]
        second = Worker(channel, work_pb2.Resume(session_id=first.opened.session_id, holding=holding))
        check("the session is resumed", second.opened.resumed)
        check("its leases are good", set(second.opened.held[0].tokens) == {each.token for each in taken[1:3]})
        again = second.take(1)[0]
        check("what was not named comes again", again.body == b"d" and again.attempt == 2)
        second.send(results=work_pb2.Results(number=1, acks=[taken[0].token]))
        check("a repeated batch has its old answer", not second.next("settled").stale)
        second.send(results=work_pb2.Results(number=2, acks=[each.token for each in taken[1:3]],
                                             burials=[work_pb2.Burial(token=again.token, error="enough")]))
        check("the rest is settled", not second.next("settled").stale)
        second.send(results=work_pb2.Results(number=3, acks=[again.token]))
        check("a stale token is named", list(second.next("settled").stale) == [again.token])
        second.send(goodbye=work_pb2.Goodbye())
        check("goodbye ends it", second.next("ended").reason == work_pb2.Ended.REASON_GOODBYE)


def enqueue(channel):
    tasks = tasks_pb2_grpc.TasksStub(channel)
    welcome = task_pb2.TaskSpec(type="welcome", payload=b"user 17", headers={"trace": "t1"}, unique_key="welcome 17",
                                max_attempts=2, retention_millis=3_600_000)
    first = tasks.Enqueue(tasks_pb2.EnqueueRequest(queue=QUEUE, tasks=[welcome])).results[0]
    again = tasks.Enqueue(tasks_pb2.EnqueueRequest(queue=QUEUE, tasks=[welcome])).results[0]
    check("a duplicate has the first one's id", again.duplicate and again.id == first.id and not first.duplicate)
    later = task_pb2.TaskSpec(type="welcome", payload=b"later", delay_millis=3_600_000)
    tasks.Enqueue(tasks_pb2.EnqueueRequest(queue=QUEUE, tasks=[later]))
    page = tasks.ListTasks(tasks_pb2.ListTasksRequest(queue=QUEUE, state=task_pb2.TASK_STATE_SCHEDULED))
    check("a scheduled task is listed", [each.task.payload for each in page.tasks] == [b"later"] and page.next == 0)
    try:
        tasks.Enqueue(tasks_pb2.EnqueueRequest(queue=QUEUE, tasks=[task_pb2.TaskSpec(priority=10)]))
        check("a wrong task is refused", False)
    except grpc.RpcError as refused:
        check("a wrong task is refused", "task 0: priority must be 0 to 9" in refused.details())
    try:
        tasks.GetQueue(tasks_pb2.GetQueueRequest(queue=QUEUE + "-none"))
        check("an unknown queue is named", False)
    except grpc.RpcError as refused:
        check("an unknown queue is named", refused.code() == grpc.StatusCode.NOT_FOUND)
    return first.id


def work(channel, task_id):
    tasks = tasks_pb2_grpc.TasksStub(channel)
    worker = Worker(channel, subscription=work_pb2.Subscription(queue=QUEUE, lease_millis=60_000, credit=1))
    taken = worker.take(1)[0]
    check("a task comes with its type, payload and headers",
          (taken.task.type, taken.body, taken.task.headers["trace"]) == ("welcome", b"user 17", "t1"))
    worker.send(results=work_pb2.Results(number=1, retries=[work_pb2.Retry(token=taken.token, not_counted=True)]))
    taken = worker.take(1)[0]
    check("an attempt that does not count is not counted", taken.attempt == 1)
    half = work_pb2.Output(token=taken.token, progress=task_pb2.Progress(percent=50, text="half way"))
    worker.send(results=work_pb2.Results(number=2, outputs=[half]))
    worker.next("settled")
    running = tasks.GetTask(tasks_pb2.GetTaskRequest(queue=QUEUE, id=task_id)).task
    check("progress is seen while it runs",
          (running.state, running.progress.percent) == (task_pb2.TASK_STATE_LEASED, 50))
    asked = tasks.ChangeTask(tasks_pb2.ChangeTaskRequest(queue=QUEUE, id=task_id, change=tasks_pb2.TASK_CHANGE_CANCEL))
    check("its worker is asked to stop", asked.answer == tasks_pb2.TASK_ANSWER_ASKED)
    check("the worker hears it", list(worker.next("stop_asked").tokens) == [taken.token])
    left = work_pb2.Output(token=taken.token, result=b"42")
    worker.send(results=work_pb2.Results(number=3, outputs=[left], acks=[taken.token]))
    check("it may be done all the same", not worker.next("settled").stale)
    done = tasks.GetTask(tasks_pb2.GetTaskRequest(queue=QUEUE, id=task_id)).task
    check("it is kept with its result", (done.state, done.result) == (task_pb2.TASK_STATE_DONE, b"42"))
    worker.send(results=work_pb2.Results(number=4, acks=[taken.token]))
    check("a late result is refused", list(worker.next("settled").stale) == [taken.token])
    worker.send(goodbye=work_pb2.Goodbye())
    worker.next("ended")
    figures = tasks.GetQueue(tasks_pb2.GetQueueRequest(queue=QUEUE)).queue.figures
    check("the figures of the queue add up", (figures.done, figures.scheduled, figures.leased) == (1, 1, 0))


def administer(channel):
    admin = admin_pb2_grpc.AdminStub(channel)
    group = admin.GetStats(admin_pb2.GetStatsRequest(topic=TOPIC)).topics[0].groups[0]
    check("the figures add up", (group.offered, group.done, group.dead) == (4, 3, 1))
    letters = admin.ListDead(admin_pb2.ListDeadRequest(topic=TOPIC, group="mail")).letters
    check("the dead letter is listed", [(each.body, each.error) for each in letters] == [(b"d", "enough")])
    try:
        admin.DeleteTopic(admin_pb2.DeleteTopicRequest(topic=TOPIC))
        check("a deletion needs the token", False)
    except grpc.RpcError as refused:
        check("a deletion needs the token", refused.code() == grpc.StatusCode.UNAUTHENTICATED)


def main():
    address = sys.argv[1]
    with grpc.insecure_channel(address) as channel:
        publish(channel)
        consume(address)
        work(channel, enqueue(channel))
        administer(channel)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
