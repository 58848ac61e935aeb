"""The billing journey's planner: from mapped invoice lines to Additions on Agreements. Pure.

situation   everything the planner may look at, for one company and one month
wanted      what one line should look like in ConnectWise
targets     which Agreement a line goes to, and whether that Agreement may take it
present     our Additions that are there, by series
matching    which of them is a line's own
compare     wanted against present: create, update, cancel-and-create, leave, or blocked
recurring   the same for a subscription's persistent Addition
one_time    the same for a single charge
duplicates  Additions made by hand that may bill the same thing
changes     the writes on one Addition
moves       subscriptions that are billed on another Agreement now
posted      lines that were posted before: nothing to do, drift, or a correction to make
vanished    subscriptions missing from a complete month
planner     puts them together into one Plan
"""
