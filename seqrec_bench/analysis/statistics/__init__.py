"""The procedures behind every interval and verdict; docs/statistics.md gives the reasons.

There are two questions, with two variances, and every number names its own. ``benchmark``: on exactly these users, what
does training again give? The seeds are a sample, the users are not. It is the right question beside a reported figure,
which was computed on the same users, and between two sets of records of one model. ``population``: what would come out
for other users like these, trained again? Users and seeds are samples. It is the question behind "which model is
better". Neither covers another choice of settings, another order of ties in time, another split or other data.
"""
