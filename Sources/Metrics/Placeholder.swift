// Room Metrics
