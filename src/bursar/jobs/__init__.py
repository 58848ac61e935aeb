"""Durable runs: DBOS carries them out, one at a time per connection. Thin over the use cases.

queue       ask for a run: its row, then its place in the queue; what page, API and command line call
journeys    what each verb does
workflows   the one workflow: a run by its id
worker      a process that takes runs from the queue
schedule    the daily sync: a midnight, once, however many workers there are
take_over   runs whose process died, and runs that never reached the queue
database    where the queue is kept
"""
