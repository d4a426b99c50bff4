// Room Calibration
