// Room Runtime
