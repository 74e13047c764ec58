"""What each page asks for and shows. One file per noun; each view asks queries or calls one action."""
