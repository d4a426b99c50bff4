// Room Formats
