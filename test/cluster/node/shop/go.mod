module kubeharden.dev/test/shop

go 1.26.0
