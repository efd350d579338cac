"""One file per node kind; `cti.ivr.registry` lists them."""
