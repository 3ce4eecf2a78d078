"""What `make bench` measures: one module a benchmark, each with what, peer, must and aim in its docstring.

Figures are ratios against a peer in the same run on the same cores wherever a peer exists; seconds of one machine mean
little on another. Nothing here is collected by pytest.
"""
