import cProfile, pstats, gc
from tests.web.test_access_table import *  # noqa
def test_print(installation):
    p=cProfile.Profile(); p.enable()
    for address in list(dict.fromkeys(pages()))[60:100]:
        for method in METHODS:
            installation.visit("nobody", method, address)
    p.disable()
    s=pstats.Stats(p, stream=open("/tmp/prof.txt","w")); s.sort_stats("cumulative").print_stats(45)
