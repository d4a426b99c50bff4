// Room Bitdepth
