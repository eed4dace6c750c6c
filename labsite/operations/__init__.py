"""What whoever runs the site asks of it: is it well, what happened, how much, and what is to be mended.

`readiness`, `metering` and `observing` answer machines, `logs`, `request_ids`, `private_text` and `sentry` write what
happened, `failures` tells visitors of trouble, `starting` refuses a start that cannot end well, `orphans` are what
nobody needs any more, `doctor` looks at everything.
"""
