"""What whoever runs the site asks of it: is it well, what happened, how much, and what is to be mended.

`readiness` and `metrics` answer machines, `logs` and `request_ids` write what happened, `failures` tells visitors of
trouble, `starting` refuses a start that cannot end well, `doctor` looks at everything.
"""
