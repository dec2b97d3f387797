CREATE TABLE projects (id TEXT PRIMARY KEY, title TEXT, created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, ownerId TEXT, token TEXT);
CREATE TABLE pages (id TEXT PRIMARY KEY, created_at DATETIME, updated_at DATETIME, slug TEXT NOT NULL, url TEXT, title TEXT, projectId TEXT NOT NULL);
CREATE TABLE comments (id TEXT PRIMARY KEY, pageId TEXT NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME, deleted_at DATETIME, moderatorId TEXT, by_email TEXT, by_nickname TEXT NOT NULL, content TEXT NOT NULL, approved BOOLEAN NOT NULL, parentId TEXT);
INSERT INTO pages VALUES ('p1', 1614556800000, 1614556800000, 'bread', 'https://blog.example/bread/', 'Bread', 'x');
INSERT INTO pages VALUES ('p2', 1614556800000, 1614556800000, 'cake', NULL, 'Cake', 'x');
INSERT INTO comments VALUES ('c1', 'p1', 1614560400000, 1614560400000, NULL, NULL, 'm@example.org', 'Mina', 'Is it **open**?', 1, NULL);
INSERT INTO comments VALUES ('c2', 'p1', '2021-03-01T02:00:00.000Z', 0, '2021-03-02T00:00:00.000Z', NULL, '', 'Jin', 'Gone', 1, 'c1');
INSERT INTO comments VALUES ('c3', 'p1', '2021-03-01 03:00:00', 0, NULL, 'u1', NULL, 'Baker', 'At seven', 1, 'c2');
INSERT INTO comments VALUES ('c4', 'p2', 1614571200000, 0, NULL, NULL, NULL, 'Jin', 'Waits', 0, NULL);
