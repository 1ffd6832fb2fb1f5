"""The language of Duecourse: facts, their envelope and codec, and the fold that makes a case of them. Pure."""
