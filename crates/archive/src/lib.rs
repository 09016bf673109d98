//! What is inside an archive (zip, jar, wheel, tar, gzip), read within limits: nothing is written to disk, nothing is
//! believed about sizes.
