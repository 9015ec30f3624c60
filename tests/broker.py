"""The connections of the app to its broker, as tests point it to another."""

import threading

from kombu import pools

from config.celery import app


def forget_connections():
    """Let the app open its connections anew, to wherever it is configured now.

    A ring that is still under way would bring back those of before.
    """
    for thread in threading.enumerate():
        if thread.name == "doorbell":
            thread.join(30)
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
