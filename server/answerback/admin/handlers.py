def admin_routes(settings, db, clock, ids, posting, sites):
    return []
