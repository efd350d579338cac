import asyncio

import pytest

from cti.asterisk.ami.queue import EventQueue


class Source:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.queue: EventQueue[int] = EventQueue(4, lambda: self.said.append("full"), lambda: self.said.append("room"))


async def test_what_is_put_comes_out_in_order_and_ends_after_close() -> None:
    queue = Source().queue
    for number in range(200):
        queue.put(number)
    queue.close()
    assert [number async for number in queue] == list(range(200))


async def test_the_source_is_stopped_once_when_full_and_let_go_at_half() -> None:
    source = Source()
    for number in range(6):
        source.queue.put(number)
    assert source.said == ["full"]
    waiting = asyncio.ensure_future(source.queue.has_room())
    for _ in range(3):
        await anext(source.queue)
    assert source.said == ["full"]
    await anext(source.queue)
    assert source.said == ["full", "room"]
    await waiting


async def test_a_reader_that_was_cancelled_loses_nothing() -> None:
    queue = Source().queue
    reader = asyncio.ensure_future(anext(queue))
    await asyncio.sleep(0)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    queue.put(1)
    assert await anext(queue) == 1


async def test_a_second_reader_is_refused() -> None:
    queue = Source().queue
    reader = asyncio.ensure_future(anext(queue))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError):
        await anext(queue)
    queue.put(1)
    assert await reader == 1


async def test_a_burst_lets_other_tasks_run() -> None:
    queue: EventQueue[int] = EventQueue(10_000, lambda: None, lambda: None)
    for number in range(1000):
        queue.put(number)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    for _ in range(1000):
        await anext(queue)
    task.cancel()
    assert turns >= 10
