from __future__ import annotations
import asyncio, time, random
from tests.integration.web.serving import Advisor
from bot.channels.web.limits import Limits
async def test_stress(sqlite_url, responder, clock):
    worst=0
    async with Advisor(sqlite_url, responder, clock, limits=Limits(burst=10**6)) as advisor:
        for i in range(150):
            t=time.time()
            async with advisor.client() as c:
                await c.text("a")
                if i%3: await c.next("ack")
                if i%2: await asyncio.sleep(random.random()*0.02)
                if i%5==0: c.connection.transport.abort()
            d=time.time()-t
            worst=max(worst,d)
            if d>1: print("SLOW",i,d)
    await asyncio.sleep(1)
    for t in asyncio.all_tasks():
        if t is not asyncio.current_task(): print("TASK", t); t.print_stack()
