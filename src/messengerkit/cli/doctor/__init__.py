"""Floor 9: `messengerkit doctor`: looks at a backend's set-up, sends nothing, changes nothing.

`findings` has what it tells; the modules named `…_checks`, `cors` and `variables` are pure and
make findings of what `graph_probes`, `http` and `store_check` saw; `examining` puts them in order.
"""
