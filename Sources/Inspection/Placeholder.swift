// Room Inspection
