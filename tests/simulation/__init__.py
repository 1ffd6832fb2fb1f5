"""Projector, log and database in one process, on a virtual clock, with everything drawn from one seed.

Real are `services.log_projector`, `services.log_door`, the fold, `services.kafka.feeder` and the memory store's tables;
simulated are the log, the readers of it, the group that shares out partitions, the processes and the database around
the tables: sessions, row locks, commits whose answer is lost. Several workers read a log while mishaps befall them all;
then everything heals and drains, and the laws of `laws.py` must hold. One seed is one story, whatever the host is like.

`python -m tests.simulation --seed N` tells a story, `--seeds N` looks for a broken law.
"""
