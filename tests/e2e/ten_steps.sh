# The walk-through's control plane, by hand: the ten steps as people type them. Step 1, Cloud Run, goes through the API
# (gcloud run composes host names of its own). Variables: PRODUCER_PROJECT, CONSUMER_PROJECT, REGION.
set -e
gcloud services enable run.googleapis.com compute.googleapis.com --project="$PRODUCER_PROJECT"
gcloud services enable compute.googleapis.com iap.googleapis.com --project="$CONSUMER_PROJECT"

# 2: the producer's network
gcloud compute networks create producer-vpc --subnet-mode=custom --project="$PRODUCER_PROJECT"
gcloud compute networks subnets create producer-subnet --network=producer-vpc --range=10.0.1.0/24 \
    --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute networks subnets create producer-proxy-subnet --network=producer-vpc --range=10.0.2.0/24 \
    --purpose=REGIONAL_MANAGED_PROXY --role=ACTIVE --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute networks subnets create producer-psc-subnet --network=producer-vpc --range=10.0.3.0/24 \
    --purpose=PRIVATE_SERVICE_CONNECT --region="$REGION" --project="$PRODUCER_PROJECT"

# 3: the load balancer
gcloud compute network-endpoint-groups create hello-serverless-neg --network-endpoint-type=serverless \
    --cloud-run-service=hello-service --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute backend-services create hello-backend-service --load-balancing-scheme=INTERNAL_MANAGED \
    --protocol=HTTP --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute backend-services add-backend hello-backend-service --network-endpoint-group=hello-serverless-neg \
    --network-endpoint-group-region="$REGION" --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute url-maps create hello-url-map --default-service=hello-backend-service \
    --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute target-http-proxies create hello-http-proxy --url-map=hello-url-map --url-map-region="$REGION" \
    --region="$REGION" --project="$PRODUCER_PROJECT"
gcloud compute forwarding-rules create hello-forwarding-rule --load-balancing-scheme=INTERNAL_MANAGED \
    --network=producer-vpc --subnet=producer-subnet --ports=80 --target-http-proxy=hello-http-proxy \
    --target-http-proxy-region="$REGION" --region="$REGION" --project="$PRODUCER_PROJECT"

# 4: publish
gcloud compute service-attachments create hello-service-attachment --producer-forwarding-rule=hello-forwarding-rule \
    --connection-preference=ACCEPT_MANUAL --consumer-accept-list="$CONSUMER_PROJECT=10" \
    --nat-subnets=producer-psc-subnet --region="$REGION" --project="$PRODUCER_PROJECT"

# 5: the consumer's network
gcloud compute networks create consumer-vpc --subnet-mode=custom --project="$CONSUMER_PROJECT"
gcloud compute networks subnets create consumer-subnet --network=consumer-vpc --range=10.1.0.0/24 \
    --region="$REGION" --project="$CONSUMER_PROJECT"

# 6: the endpoint
gcloud compute addresses create psc-endpoint-ip --region="$REGION" --subnet=consumer-subnet --addresses=10.1.0.5 \
    --project="$CONSUMER_PROJECT"
gcloud compute forwarding-rules create psc-endpoint --region="$REGION" --network=consumer-vpc \
    --address=psc-endpoint-ip --project="$CONSUMER_PROJECT" \
    --target-service-attachment="projects/$PRODUCER_PROJECT/regions/$REGION/serviceAttachments/hello-service-attachment"

# 7: the status
gcloud compute service-attachments describe hello-service-attachment --region="$REGION" \
    --project="$PRODUCER_PROJECT" --format='value(connectedEndpoints[0].status)'

# 8: a VM to try it from
gcloud compute firewall-rules create allow-iap-ssh --network=consumer-vpc --allow=tcp:22 \
    --source-ranges=35.235.240.0/20 --project="$CONSUMER_PROJECT"
gcloud compute instances create test-vm --zone="$REGION-b" --machine-type=e2-micro --subnet=consumer-subnet \
    --no-address --image-family=debian-12 --image-project=debian-cloud --project="$CONSUMER_PROJECT"

# 10: flow logs
gcloud compute networks subnets update consumer-subnet --enable-flow-logs --region="$REGION" \
    --project="$CONSUMER_PROJECT"
