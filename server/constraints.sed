# Names and versions of requirements.lock, for pip's --constraint: sed -n -f constraints.sed requirements.lock
s/^\([A-Za-z0-9._-]*==[^ ;\\]*\).*/\1/p
