// Command shop is what the tests run in pods: a server that says its name, and a probe that says whether a port is open.
//
//	shop NAME PORT          serves HTTP on PORT and answers NAME
//	shop probe HOST:PORT…   a line for each: open, refused or timeout
//	shop resolve NAME       its addresses
//	shop pause              waits
package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		os.Exit(2)
	}
	switch os.Args[1] {
	case "pause":
		untilStopped()
	case "probe":
		for _, target := range os.Args[2:] {
			fmt.Println(target, probe(target))
		}
	case "resolve":
		addresses, err := net.LookupHost(os.Args[2])
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		for _, address := range addresses {
			fmt.Println(address)
		}
	default:
		serve(os.Args[1], os.Args[2])
	}
}

func probe(target string) string {
	connection, err := net.DialTimeout("tcp", target, 1500*time.Millisecond)
	if err == nil {
		connection.Close()
		return "open"
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "timeout"
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "refused"
	}
	return "failed"
}

func serve(name, port string) {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) })
	go func() {
		untilStopped()
		os.Exit(0)
	}()
	fmt.Println(http.ListenAndServe(":"+port, nil))
	os.Exit(1)
}

// As process 1 it has no default action for a signal.
func untilStopped() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}
