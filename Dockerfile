# The image of a release: goreleaser puts the binaries beside this file.
FROM scratch
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/obsboot /usr/bin/obsboot
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/usr/bin/obsboot"]
