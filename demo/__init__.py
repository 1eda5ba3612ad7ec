"""The demo brand: a generator of landing folders whose truth is known."""
