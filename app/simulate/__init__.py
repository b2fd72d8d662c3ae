"""A city that is made up, and a day of it played against a running installation, like a stranger: by its
public HTTP API and its live socket. It is the load test, the rig in which policies are compared, and a demo
for who does not believe. Nothing here imports what the product is made of; :mod:`app.simulate.installation`
alone starts one."""
