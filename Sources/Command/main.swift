print("bitdepth")
