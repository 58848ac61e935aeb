"""The billing journey's planner: from mapped invoice lines to Additions on Agreements. Pure.

situation   everything the planner may look at, for one company and one month
wanted      what one line should look like in ConnectWise
targets     which Agreement a line goes to, and whether that Agreement may take it
compare     wanted against present: create, update, cancel-and-create, leave, or blocked
posted      lines that were posted before: nothing to do, drift, or a correction to make
vanished    subscriptions missing from a complete month
planner     puts them together into one Plan
"""
