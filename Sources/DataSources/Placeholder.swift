// Room DataSources
