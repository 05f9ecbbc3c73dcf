namespace costmill {}
