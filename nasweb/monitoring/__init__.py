"""For the machines that watch: does it live, is it ready, what does it do. Open without a login, without secrets."""
